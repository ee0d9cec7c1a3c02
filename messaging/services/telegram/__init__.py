"""The Telegram Bot API (core.telegram.org/bots/api): reading updates, answering, tying a chat to a contact.

A person is known by bot and chat, written `bot:chat`; in a private chat the chat's number is the person's.
"""
