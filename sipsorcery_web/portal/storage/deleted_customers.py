"""All that the portal keeps of a customer and that goes with them."""

from sqlalchemy.orm import Session

from .factors_of_users import forget_factors
from .shared_ladders import forget_shared_ladders


def forget_customer(session: Session, username: str) -> None:
    """Delete a customer's second factors, and end their links to calls."""
    forget_factors(session, username)
    forget_shared_ladders(session, username)
