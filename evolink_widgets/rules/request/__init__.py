"""What may be asked: fields, sizes, prompts, links, presets, and the recipe of a request."""
