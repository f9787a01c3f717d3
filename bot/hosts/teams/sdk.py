"""From our checked pieces to the SDK's objects: nothing that Teams sent reaches the SDK unchecked."""

from __future__ import annotations

from botbuilder.schema import Activity, ChannelAccount, ConversationAccount, ConversationReference

from bot.hosts.teams.incoming import Incoming
from bot.store.references import ConversationType, Reference


def activity_of(incoming: Incoming) -> Activity:
    return Activity(
        type=incoming.type,
        id=incoming.id or None,
        name=incoming.name or None,
        channel_id=incoming.channel_id,
        service_url=incoming.service_url,
        conversation=_conversation(incoming.conversation_id, incoming.conversation_type),
        from_property=ChannelAccount(id=incoming.user_id, aad_object_id=incoming.aad_id or None),
        recipient=ChannelAccount(id=incoming.bot_id),
    )


def reference_of(incoming: Incoming, person_id: str) -> Reference:
    """Where this conversation can be reached later: a channel as a whole, a person in their own chat."""
    kinds: dict[str, ConversationType] = {"personal": "personal", "channel": "channel"}
    return Reference(
        channel_id=incoming.channel_id,
        service_url=incoming.service_url,
        conversation_id=incoming.place_id,
        conversation_type=kinds.get(incoming.conversation_type, "groupChat"),
        tenant_id=min(incoming.tenants, default=""),
        bot_id=incoming.bot_id,
        user_id=incoming.user_id if incoming.is_personal else "",
        aad_id=person_id if incoming.is_personal else "",
    )


def personal_reference(incoming: Incoming, person_id: str, conversation_id: str) -> Reference:
    """Where the speaker's own chat is reached, once it has been opened."""
    return Reference(
        channel_id=incoming.channel_id,
        service_url=incoming.service_url,
        conversation_id=conversation_id,
        conversation_type="personal",
        tenant_id=min(incoming.tenants, default=""),
        bot_id=incoming.bot_id,
        user_id=incoming.user_id,
        aad_id=person_id,
    )


def sdk_reference(reference: Reference) -> ConversationReference:
    return ConversationReference(
        channel_id=reference.channel_id,
        service_url=reference.service_url,
        conversation=_conversation(reference.conversation_id, reference.conversation_type),
        bot=ChannelAccount(id=reference.bot_id),
        user=ChannelAccount(id=reference.user_id) if reference.user_id else None,
    )


def _conversation(identity: str, kind: str) -> ConversationAccount:
    return ConversationAccount(id=identity, conversation_type=kind or None, is_group=kind != "personal")
