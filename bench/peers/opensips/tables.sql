-- The tables of OpenSIPS that the list shows, and the settings of its pages.
CREATE TABLE subscriber (
  id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
  username CHAR(64) NOT NULL DEFAULT '',
  domain CHAR(64) NOT NULL DEFAULT '',
  password CHAR(25) NOT NULL DEFAULT '',
  ha1 CHAR(64) NOT NULL DEFAULT '',
  ha1_sha256 CHAR(64) NOT NULL DEFAULT '',
  ha1_sha512t256 CHAR(64) NOT NULL DEFAULT '',
  UNIQUE KEY account (username, domain)
);
CREATE TABLE domain (
  id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
  domain CHAR(64) NOT NULL UNIQUE,
  attrs CHAR(255),
  accept_subdomain INT UNSIGNED NOT NULL DEFAULT 0,
  last_modified DATETIME NOT NULL DEFAULT '1900-01-01 00:00:01'
);
INSERT INTO ocp_tools_config (module, param, value) VALUES ('user_management', 'results_per_page', '25');
