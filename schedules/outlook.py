"""What will be sent to whom: the timetable, wishes and recipients that the deliveries use. Uses up nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.settings import Settings
from bot.store import Store
from schedules.briefings import Directory, Recipient, recipients
from schedules.timetable import Due, Timetable
from schedules.timetable_file import read_timetable
from schedules.wishes import posts_between, with_wishes


@dataclass(frozen=True)
class Coming:
    """A post to come and who gets it (nobody: no manager in local_users, no channel).

    at: the moment in the timetable's own zone.
    """

    due: Due
    at: datetime
    recipients: tuple[Recipient, ...]


def timetable_of(settings: Settings, directory: Directory) -> Timetable:
    """The timetable of these settings for the units of an extract.

    Raises InputError, one sentence with file and line, for one that cannot be used.
    """
    units = tuple(directory.units)
    return read_timetable(units, settings.home, zone=settings.zone, closed=settings.office_closed)


async def outlook(
    settings: Settings, store: Store, directory: Directory, now: datetime, days: int = 14
) -> list[Coming]:
    """`perfbot timetable --next DAYS`: the posts from `now` (aware) on, in order.

    Raises InputError as timetable_of does.
    """
    wishes = await store.subscriptions.all()
    table = with_wishes(timetable_of(settings, directory), wishes)
    who = recipients(directory, await store.channels.all())
    posts = posts_between(table, who, wishes, directory, now, table.days_on(now, days))
    return [Coming(due, due.at.astimezone(table.zone), recipients) for due, recipients in posts]
