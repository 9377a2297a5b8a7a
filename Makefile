# What a person does with SIPSorcery Web. Every target sets up what it needs; `make help` lists them.

PYTHON ?= python3
VENV := .venv
IN_VENV := $(VENV)/bin/python
INSTALL := $(IN_VENV) -m pip install --quiet --disable-pip-version-check
EXTRAS ?=
FUZZING := .schemathesis
CLIENT := .openapi-python-client
RTPENGINE := rtpengine-daemon
PANEL := nginx php-fpm php-mysql mariadb-server
KAMAILIO := kamailio kamailio-sqlite-modules kamailio-postgres-modules kamailio-extra-modules kamailio-tls-modules

.PHONY: help setup run run-sip demo test test-long test-sip test-plans test-rest test-client test-wcf check bench bench-servers bench-sip clean browser kamailio rtpengine phones office proxy fail2ban captures jq wrk panel npm mono
.DELETE_ON_ERROR:

help: ## List the targets.
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile

setup: $(VENV)/runtime.done $(if $(EXTRAS),$(VENV)/extras.done) ## Install what runs, into .venv; EXTRAS=1 adds PostgreSQL and Redis, PYTHON=… chooses the interpreter.

run: setup ## Serve the portal at SIPSORCERY_HOST:SIPSORCERY_PORT, until Ctrl-C.
	@exec $(IN_VENV) app.py

run-sip: setup kamailio rtpengine ## The same with the SIP engine: phones register at SIPSORCERY_SIP_HOST:SIPSORCERY_SIP_PORT.
	@exec env SIPSORCERY_SIP_HOST=$${SIPSORCERY_SIP_HOST:-127.0.0.1} $(IN_VENV) app.py --with-engine

demo: setup ## Serve a portal to try, with customers who are made up; nothing of it is kept.
	@exec $(IN_VENV) -m demo

test: $(VENV)/tests.done browser kamailio rtpengine phones office proxy fail2ban captures jq ## Run the tests, on all cores; ARGS=… goes to pytest.
	@exec env $$($(IN_VENV) -m tests.services) $(IN_VENV) -m pytest --numprocesses auto --dist worksteal $(ARGS)

test-long: $(VENV)/tests.done ## Run what make test has a sample of: thousands of made-up messages, telephones with PostgreSQL.
	@exec env $$($(IN_VENV) -m tests.services) $(IN_VENV) -m pytest --numprocesses auto --dist worksteal -m long $(ARGS)

test-sip: $(VENV)/tests.done kamailio rtpengine phones ## Run the tests of the SIP engine alone: real Kamailio and real telephones.
	@exec env $$($(IN_VENV) -m tests.services) $(IN_VENV) -m pytest -m "long or not long" tests/kamailio $(ARGS)

test-rest: $(VENV)/tests.done $(FUZZING)/made.done ## Ask the resources in JSON thousands of made-up requests, for some minutes; SECONDS=… for each of two customers.
	@exec $(IN_VENV) -m tests.rest.fuzz $(FUZZING)/bin/st --max-time $(or $(SECONDS),120) $(ARGS)

test-client: $(VENV)/tests.done $(CLIENT)/made.done ## Generate a client of the resources in JSON, and go through all of them with it.
	@exec $(IN_VENV) -m pytest tests/rest/generated $(ARGS)

test-plans: $(VENV)/tests.done browser ## Run the tests of dial plans with real Ruby; the first time its image is built, for some minutes.
	@exec env SIPSORCERY_TEST_BUILD_RUBY=1 $(IN_VENV) -m pytest tests/dial_plans tests/browser/test_tries.py $(ARGS)

test-wcf: $(VENV)/tests.done mono ## Compile and run the C# samples, and clients of the notification service, with Debian's Mono.
	@exec $(IN_VENV) -m pytest tests/samples/test_csharp.py tests/service/notifications/test_mono.py $(ARGS)

check: $(VENV)/tests.done node_modules/made.done ## Look for mistakes without running anything: ruff, mypy in strict mode, Biome and djLint.
	@$(IN_VENV) -m ruff check .
	@$(IN_VENV) -m ruff format --check .
	@$(IN_VENV) -m mypy
	@node_modules/.bin/biome lint --error-on-warnings
	@$(IN_VENV) -m djlint --lint --quiet templates

bench: $(VENV)/bench.done wrk $(if $(OPENSIPS_CP),panel) ## Measure the portal beside its peers, for twenty minutes on a quiet machine; ARGS=--help tells of parts of it.
	@env $$($(IN_VENV) -m tests.services) $(IN_VENV) -m bench $(ARGS)

bench-servers: $(VENV)/bench.done ## Compare servers for the portal.
	@$(IN_VENV) -m bench.servers

bench-sip: $(VENV)/tests.done kamailio phones ## Measure how fast phones register and call; needs what the tests need, and a quiet machine.
	@env $$($(IN_VENV) -m tests.services) $(IN_VENV) -m bench.registrations
	@env $$($(IN_VENV) -m tests.services) $(IN_VENV) -m bench.calls

clean: ## Remove .venv and what the tools left behind; instance/ stays.
	@rm -rf $(VENV) $(FUZZING) $(CLIENT) node_modules .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find app.py sipsorcery_web tests bench demo -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/made.done:
	@command -v "$(PYTHON)" >/dev/null || { \
	  echo 'There is no "$(PYTHON)". SIPSorcery Web needs Python 3.11 or newer; on Debian: apt-get install python3 python3-venv' >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo 'SIPSorcery Web needs Python 3.11 or newer. Name one with: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)' >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo 'This Python cannot make a virtual environment. On Debian: apt-get install python3-venv' >&2; exit 1; }
	@"$(PYTHON)" -m venv $(VENV)
	@touch $@

$(VENV)/runtime.done: $(VENV)/made.done requirements.txt
	@echo 'Installing what the portal runs on.'
	@$(INSTALL) -r requirements.txt
	@touch $@

$(VENV)/extras.done: $(VENV)/runtime.done requirements-extras.txt
	@$(INSTALL) -r requirements-extras.txt
	@touch $@

$(VENV)/tests.done: $(VENV)/made.done requirements.txt requirements-extras.txt tests/requirements.txt
	@echo 'Installing what the tests need.'
	@$(INSTALL) -r tests/requirements.txt
	@touch $@

$(FUZZING)/made.done: $(VENV)/made.done tests/rest/requirements.txt
	@$(IN_VENV) -m venv $(FUZZING)
	@$(FUZZING)/bin/pip install --quiet --disable-pip-version-check -r tests/rest/requirements.txt
	@touch $@

$(CLIENT)/made.done: $(VENV)/made.done tests/rest/generated/requirements.txt
	@$(IN_VENV) -m venv $(CLIENT)
	@$(CLIENT)/bin/pip install --quiet --disable-pip-version-check -r tests/rest/generated/requirements.txt
	@touch $@

$(VENV)/bench.done: $(VENV)/tests.done bench/requirements.txt
	@$(INSTALL) -r bench/requirements.txt
	@touch $@

node_modules/made.done: package.json package-lock.json | npm
	@echo 'Installing the linter of scripts and styles.'
	@npm ci --silent --no-audit --no-fund
	@touch $@

# $(call debian,what for,packages,services): Debian packages, where root or sudo is there and apt is; a clear word where
# not. Services that come with them shall not run: they have the ports that the portal's own processes want.
debian = as_root=$$([ "$$(id -u)" = 0 ] || echo 'sudo -n'); \
	if command -v apt-get >/dev/null && $$as_root true 2>/dev/null; then \
	  echo 'Installing $(2).'; \
	  { $$as_root apt-get -qq update && \
	    $$as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends $(2) >/dev/null$(if $(3), && \
	    { [ -z "$(3)" ] || ! command -v systemctl >/dev/null || $$as_root systemctl --quiet disable --now $(3) || true; }); }; \
	else \
	  echo '$(1) $(2). As root on Debian: apt-get install $(2)' >&2; \
	fi

browser: # Debian's Chromium, for the browser tests
	@command -v chromium >/dev/null || { $(call debian,The browser tests need,chromium); }

kamailio: # Debian's Kamailio, the SIP engine
	@dpkg -s $(KAMAILIO) >/dev/null 2>&1 || [ ! -x "$$(command -v apt-get)" ] || { \
	  new=$$(dpkg -s kamailio >/dev/null 2>&1 || echo kamailio); \
	  $(call debian,The SIP engine needs,$(KAMAILIO),$$new); }

rtpengine: # Debian's rtpengine, which carries sound through NAT; SIPSORCERY_MEDIA=off leaves it out
	@case "$${SIPSORCERY_MEDIA:-on}" in [oO][fF][fF]|[nN][oO]|[fF][aA][lL][sS][eE]|0) exit 0;; esac; \
	command -v rtpengine >/dev/null || { $(call debian,Sound through NAT needs,$(RTPENGINE),rtpengine-daemon); } || \
	  echo 'rtpengine is not installed, so sound goes between the phones themselves.' >&2

phones: # what the tests make calls with
	@command -v sipp >/dev/null && command -v baresip >/dev/null && command -v linphonec >/dev/null || { \
	  $(call debian,The tests of the SIP engine need,sip-tester baresip-core linphone-cli); }

office: # the spreadsheet that opens and saves the portal's files in a test
	@command -v soffice >/dev/null || { $(call debian,The test of the files in a spreadsheet needs,libreoffice-calc); } || \
	  echo 'LibreOffice is not installed, so its tests are left out.' >&2

proxy: # the reverse proxy of deploy/
	@command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || { $(call debian,The tests of deploy/ need,nginx); } || \
	  echo 'nginx is not installed, so its tests are left out.' >&2

fail2ban: # what reads the filter of deploy/
	@command -v fail2ban-regex >/dev/null || { $(call debian,The tests of the fail2ban filter need,fail2ban); } || \
	  echo 'fail2ban is not installed, so its tests are left out.' >&2

captures: # what opens the captures of calls in a test
	@command -v tshark >/dev/null && command -v sngrep >/dev/null || { \
	  $(call debian,The tests of captures need,tshark sngrep); } || \
	  echo 'tshark and sngrep are not installed, so their tests are left out.' >&2

jq: # what the sample in the shell reads JSON with
	@command -v jq >/dev/null || { $(call debian,The sample in the shell needs,jq); } || \
	  echo 'jq is not installed, so the test of the sample is left out.' >&2

wrk: # the load of make bench
	@command -v wrk >/dev/null || { $(call debian,The measurements need,wrk); }

panel: # what OpenSIPS-CP runs on, where OPENSIPS_CP names its sources
	@dpkg -s $(PANEL) >/dev/null 2>&1 || { $(call debian,OpenSIPS-CP needs,$(PANEL)); } || \
	  echo 'OpenSIPS-CP is left out.' >&2

npm: # what Biome comes by
	@command -v npm >/dev/null || { $(call debian,The linter of scripts and styles needs,npm); }

mono: # Debian's Mono with WCF and its generator of proxies, for the C# samples and clients of the notification service
	@command -v wsdl >/dev/null || { $(call debian,The clients in C# need,mono-devel mono-mcs mono-runtime \
	  libmono-system-servicemodel4.0a-cil libmono-system-runtime-serialization4.0-cil); }
