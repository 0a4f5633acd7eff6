"""PNG, JPEG and WebP, part by part: what decides the pixels is kept, the rest is left out."""
