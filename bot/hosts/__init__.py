"""Where the bot meets the outside: Teams, the browser, the terminal. The only modules that import an SDK."""
