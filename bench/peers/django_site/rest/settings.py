"""The settings of the project with Django REST framework."""

from ..settings import ALLOWED_HOSTS, DATABASES, DEBUG, DEFAULT_AUTO_FIELD, SECRET_KEY, USE_TZ, WSGI_APPLICATION

__all__ = ["ALLOWED_HOSTS", "DATABASES", "DEBUG", "DEFAULT_AUTO_FIELD", "SECRET_KEY", "USE_TZ", "WSGI_APPLICATION"]
ROOT_URLCONF = "bench.peers.django_site.rest.urls"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "rest_framework",
    "rest_framework.authtoken",
    "bench.peers.django_site",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
]
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}
