"""Search in the words of people, over everything the public site shows: themes, places, organizations, initiatives."""
