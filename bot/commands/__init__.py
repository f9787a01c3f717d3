"""The command line, one file per group of commands (spec/contract.md). Heavy imports stay inside the
commands.
"""
