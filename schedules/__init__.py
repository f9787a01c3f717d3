"""What goes out by itself, when, to whom, and what became of it.

    timetable_file -> timetable + wishes -> look -> briefings, alerts (compose once) -> delivery (claim, send, record)

`runner.start` keeps it going; `outlook.outlook` says what is to come; `bot.deliveries` holds what an operator sees
and may order. At most one accepted post per briefing, recipient and period; unknown outcomes are shown and never
sent again by themselves; every miss is told.
"""
