"""The only place that names concrete ways into a pod."""
