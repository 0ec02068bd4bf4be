"""Who is who: how well faces become people, ours beside what others do with the same vectors."""
