from alliance.accounts.models.links import SignInLink
from alliance.accounts.models.mail import MailChoice, OutgoingMail, TeamAddress
from alliance.accounts.models.people import User, UserManager

__all__ = ["MailChoice", "OutgoingMail", "SignInLink", "TeamAddress", "User", "UserManager"]
