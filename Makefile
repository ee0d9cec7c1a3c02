# `make run` and `make test` are all you need; both build .venv from requirements.lock by themselves.
PYTHON := .venv/bin/python
MANAGE := $(PYTHON) manage.py
# Two processes by default: the race and clock tests want a calm machine more than all its cores.
JOBS ?= 2

.PHONY: help install run test zabbix-e2e mail-e2e lint bench screenshots lock messages

help:
	@echo "make run          start the desk on http://$${HOST:-127.0.0.1}:$${PORT:-8000}, with its own PostgreSQL and Redis"
	@echo "make test         run all tests        (ARGS='tests/sla -k breach' for some of them)"
	@echo "make install      build .venv only     make lint         style, types, import rules"
	@echo "make bench        speed figures        make screenshots  pictures of the running product"
	@echo "make zabbix-e2e   a real Zabbix and the desk together; as root, it installs Debian packages"
	@echo "make mail-e2e     a real IMAP server and the desk together; as root, it installs Debian packages"
	@echo "make lock         requirements.lock    make messages     collect and compile translations"

install:
	@sh .ci/venv

run: install
	@exec $(MANAGE) stack

test: install
	$(PYTHON) -m pytest -n $(JOBS) --dist loadgroup $(ARGS)

# Not part of `make test`: it takes minutes, and a Zabbix server from Debian's packages.
zabbix-e2e: install
	@sh tests/zabbix/packages.sh
	ZABBIX_E2E=1 $(PYTHON) -m pytest tests/zabbix $(ARGS)

# Not part of `make test`: it takes a Dovecot from Debian's packages.
mail-e2e: install
	@sh tests/packages.sh dovecot-imapd
	MAIL_E2E=1 $(PYTHON) -m pytest tests/mail $(ARGS)

lint: install
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports

bench: install
	@$(PYTHON) -m bench

screenshots: install
	$(PYTHON) -m tests.browser.screenshots

lock: install
	$(PYTHON) -m pip install --quiet uv
	$(PYTHON) -m uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  requirements.in -o requirements.lock

messages: install
	$(MANAGE) makemessages --locale ru --no-location --no-wrap --no-obsolete --ignore .venv --ignore .data
	$(MANAGE) compilemessages --locale ru --ignore .venv
