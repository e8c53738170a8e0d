"""The HTTP side: which API call a request is, faults, the request log and the control endpoints."""
