<?php

$config = ['people' => ['exampleauth:UserPass']];

foreach (json_decode(file_get_contents(__DIR__ . '/../people.json'), true) as $name => $person) {
    $config['people']["$name:{$person['password']}"] = ['name_id' => [$person['name_id']]] + $person['attributes'];
}
