"""A decision about money is taken in two posts: « Vérifier », then « Confirmer » with the mark of what was read."""


def decide(client, url, data):
    """Post `data`, read the review and confirm it; return the last answer (the first one when it is refused)."""
    checked = client.post(url, data)
    if checked.status_code != 200:
        return checked
    return client.post(url, data | {"etape": "confirmer", "vu": checked.context["seal"]})


def review(client, url, data):
    """Post `data` and return the review that the page shows."""
    checked = client.post(url, data)
    assert checked.status_code == 200, checked.content.decode()[-3000:]
    return checked.context["review"]
