"""`python -m custodes` is `custodes`."""

from custodes.cli.main import run

if __name__ == "__main__":
    run()
