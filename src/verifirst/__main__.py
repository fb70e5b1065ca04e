"""``python -m verifirst`` is the ``verifirst`` command."""

from verifirst.cli import main

if __name__ == "__main__":
    main()
