"""marquee cut, tag, plot and miles: what each second shows, and what is made of it."""
