-- Run once, when the cluster is new: Kizuna's database and its owner, who is nobody else in the cluster.
\set ON_ERROR_STOP on
\set password `cat /run/secrets/kizuna`
CREATE ROLE kizuna LOGIN PASSWORD :'password';
CREATE DATABASE kizuna OWNER kizuna;
