# The portal's commands. `make` alone lists them.
#
#   make run PORT=9000              another port (HOST, DATABASE_URL, DEMO=0: see the README)
#   make test ARGS='-k directory'   arguments for pytest

ARGS ?=

.PHONY: help run test lint test-sqlite test-pg bench requirements clean

help:
	@echo "make run           prépare et démarre le portail (PORT, 8000 par défaut)"
	@echo "make test          vérifie le code, puis le teste sur SQLite et sur PostgreSQL (ARGS)"
	@echo "make lint          vérifie le code seulement"
	@echo "make test-sqlite   teste sur SQLite seulement (ARGS)"
	@echo "make test-pg       teste sur PostgreSQL seulement (ARGS)"
	@echo "make bench         mesure le portail sur les deux moteurs (ARGS)"
	@echo "make requirements  fige de nouveau les versions des paquets"
	@echo "make clean         supprime .venv; les données de var/ restent"

run:
	@exec bin/run

test:
	@exec bin/test all $(ARGS)

lint:
	@exec bin/test lint

test-sqlite:
	@exec bin/test sqlite $(ARGS)

test-pg:
	@exec bin/test pg $(ARGS)

requirements:
	@exec bin/requirements

clean:
	rm -rf .venv
	@echo ".venv est supprimé. Les données restent dans var/ : supprimez ce dossier pour repartir à neuf."

bench:
	@exec bin/bench $(ARGS)
