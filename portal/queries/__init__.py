"""Read side: the list of requests, one request, what was promised."""
