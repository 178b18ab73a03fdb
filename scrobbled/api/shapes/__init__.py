"""What ``/v1`` answers, as types: the answers are made of them and described by them."""
