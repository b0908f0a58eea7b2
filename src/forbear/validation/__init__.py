"""Whether the answers deserve belief: gates, known worlds, rivals, transport, base rates."""
