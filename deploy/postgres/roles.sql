-- The roles of docker-compose.yml. The image of Postgres runs this once, in a new, empty volume.
-- medfacts_owner migrates and loads; medfacts_reader, the API's, may only SELECT; medfacts_standby,
-- if it has a password, may copy the server and be told what it writes, and no more.

\getenv owner_password MEDFACTS_OWNER_PASSWORD
\getenv reader_password MEDFACTS_READER_PASSWORD
\getenv standby_password MEDFACTS_STANDBY_PASSWORD

CREATE ROLE medfacts_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE medfacts_reader LOGIN PASSWORD :'reader_password';
SELECT :'standby_password' <> '' AS has_standbys \gset
\if :has_standbys
CREATE ROLE medfacts_standby LOGIN REPLICATION PASSWORD :'standby_password';
\endif

ALTER DATABASE medfacts OWNER TO medfacts_owner;

-- By default anyone may connect to every database and make temporary tables there.
REVOKE ALL ON DATABASE medfacts, postgres, template1 FROM PUBLIC;
GRANT CONNECT ON DATABASE medfacts TO medfacts_reader;

-- Large objects belong to no schema, so by default anyone may make them.
REVOKE EXECUTE ON FUNCTION lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea) FROM PUBLIC;

-- For the tables that migrations will make.
ALTER DEFAULT PRIVILEGES FOR ROLE medfacts_owner GRANT SELECT ON TABLES TO medfacts_reader;

-- The superuser is left with the container's own socket, and no way in from the network.
ALTER ROLE postgres PASSWORD NULL;
