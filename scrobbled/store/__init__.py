"""PostgreSQL, and nothing but PostgreSQL: the one package that knows asyncpg.

SQL lives in *queries/*.sql*, named and commented; thin async functions call it by
name. Functions take a connection (or anything with its methods, such as a pool)
so that the caller decides what is one transaction.
"""
