-- Every save that names what another device said, and was not heard, asks for that device's files.
CREATE INDEX bundles_of_device ON bundles (device);
