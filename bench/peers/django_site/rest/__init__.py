"""The project with Django REST framework in place of the admin, and with no more middleware than that needs."""
