"""The parts of the Teams host. `bot/hosts/botbuilder.py` puts them together."""
