"""The HTTP edge: `articlebot serve`. It translates; every answer comes from `bot.answering`."""
