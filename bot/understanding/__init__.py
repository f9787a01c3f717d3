"""What was said: words in, a Reading out. Pure; no store, no clock, no engine that counts."""
