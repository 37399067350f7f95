"""The Kubernetes API: access, requests, pods, exec."""
