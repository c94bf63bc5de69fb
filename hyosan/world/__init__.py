"""From a city as data to a world of frozen arrays: people, places, ways and links. The door is `build.py`, the contract
`frame.py`.
"""
