"""``python -m checker``; ``python -P -m checker`` where a folder ``checker`` may lie in the way."""

from checker.cli.main import main

if __name__ == "__main__":
    main()
