"""Looking at a client's names from outside: DNS, registration, certificate, HTTP, the way there. Registry names only."""
