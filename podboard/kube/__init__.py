"""The Kubernetes API over aiohttp: access, pods, exec."""
