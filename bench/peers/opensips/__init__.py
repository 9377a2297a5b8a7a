"""Configurations of nginx, PHP and MariaDB for OpenSIPS-CP."""
