"""What was paid for already answers again: whose pools are looked in, and what has been taken."""

from __future__ import annotations

from collections.abc import Sequence

from evolink_widgets.core.stored import Stored
from evolink_widgets.rules.recipe import Recipe
from evolink_widgets.rules.request import ImageRequest
from evolink_widgets.store.pool import Offer


def identities_of(request: ImageRequest, service: str, stand_ins: Sequence[str]) -> list[str]:
    """The pools that may answer a request, in the order in which they are looked at.

    Args:
        request: what is asked.
        service: the service's name in recipes.
        stand_ins: services whose pictures are as good or better. An emulator has some: pictures
            that were really paid for; a real service has none.
    """
    services = dict.fromkeys((*stand_ins, service))
    return [Recipe(request, one).identity for one in services]


def stored_of(offers: Sequence[Offer]) -> Stored | None:
    """What the pictures that are here cost, in one statement; `None` where none is."""
    here = [offer for offer in offers if offer.image is not None]
    if not here:
        return None
    shares = [offer.credits for offer in here]
    known = [share for share in shares if share is not None]
    notebooks = {offer.notebook for offer in here}
    return Stored(
        pictures=len(here),
        credits=sum(known) if len(known) == len(shares) else None,
        paid_at=max(offer.paid_at or 0.0 for offer in here),
        notebook=notebooks.pop() if len(notebooks) == 1 else None,
        simulated=all(offer.image.simulated for offer in here if offer.image),
    )
