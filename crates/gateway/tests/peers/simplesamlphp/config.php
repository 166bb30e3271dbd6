<?php

// SimpleSAMLphp as the identity provider of a test. PEER_URL is its address, PEER_KEYS the folder with key and
// certificate, PEER_FOLDER the test's own, where the metadata of the service provider lie once there is one.

$folder = getenv('PEER_FOLDER');
$service_provider = "$folder/service-provider.xml";

$config = [
    'baseurlpath' => getenv('PEER_URL') . '/',
    'certdir' => getenv('PEER_KEYS') . '/',
    'loggingdir' => "$folder/",
    'datadir' => "$folder/",
    'tempdir' => "$folder/",
    'metadatadir' => __DIR__ . '/metadata/',
    'metadata.sources' => [['type' => 'flatfile']],
    'secretsalt' => 'of a test that ends in a minute',
    'auth.adminpassword' => bin2hex(random_bytes(16)),
    'admin.checkforupdates' => false,
    'timezone' => 'UTC',
    'enable.saml20-idp' => true,
    'module.enable' => ['core' => true, 'saml' => true, 'exampleauth' => true],
    'logging.handler' => 'file',
    'logging.level' => SimpleSAML\Logger::INFO,
    'showerrors' => true,
    'errorreporting' => false,
    'store.type' => 'phpsession',
    'session.phpsession.savepath' => $folder,
    'session.cookie.secure' => false,
    'session.cookie.samesite' => null,
];

if (is_file($service_provider)) {
    $config['metadata.sources'][] = ['type' => 'xml', 'file' => $service_provider];
}
