"""Migrations of the store, run by bot/store/migrate.py."""
