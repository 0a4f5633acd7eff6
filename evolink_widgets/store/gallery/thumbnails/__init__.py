"""Small pictures: thumbnails, and the HTML with them that stays in a notebook."""
