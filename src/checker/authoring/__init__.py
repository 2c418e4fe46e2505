"""For authors of plugins: what is wrong with a plugin, a new one, and the kit its tests use."""
