<?php

// PEER_SETTINGS is what one test wants of it, in SimpleSAMLphp's own words.
$metadata[getenv('PEER_URL') . '/saml2/idp/metadata.php'] = json_decode(getenv('PEER_SETTINGS'), true) + [
    'host' => '__DEFAULT__',
    'auth' => 'people',
    'SingleSignOnServiceBinding' => [
        'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect',
        'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
    ],
    'privatekey' => 'rsa.key.pem',
    'certificate' => 'rsa.crt.pem',
    'authproc' => [
        10 => [
            'class' => 'saml:AttributeNameID',
            'attribute' => 'name_id',
            'Format' => 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
        ],
        20 => ['class' => 'core:AttributeAlter', 'subject' => 'name_id', 'pattern' => '/.*/', '%remove'],
    ],
];
