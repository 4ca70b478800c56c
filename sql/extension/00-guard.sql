/* portfolio_margin: install script, joined from the numbered parts in sql/extension */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION portfolio_margin" to load this file. \quit

