"""The operators' workspace: load, authorise, one service call, render."""
