"""The local stack: a real PostgreSQL and a real Redis under DATA_DIR, and the processes of the desk on top of them.

Everything here but `ready` works before Django is configured: settings ask `embedded.urls` where the services are,
`manage.py stack` starts them. May import nothing of the project outside this package.
"""
