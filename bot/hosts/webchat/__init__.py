"""The parts of the browser chat: its page, its Direct Line endpoint, and the script that fetches Web Chat."""
