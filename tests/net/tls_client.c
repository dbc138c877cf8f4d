/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tls_client PORT CAFILE: a TLS connection to localhost with the certificate checked; sends a line,
 * prints what comes back. */
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	char where[32], buf[256];
	BIO *bio;
	SSL *ssl;
	int n;

	if (argc != 3 || !SSL_CTX_load_verify_locations(ctx, argv[2], NULL))
		return 2;
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	snprintf(where, sizeof(where), "127.0.0.1:%d", atoi(argv[1]));
	bio = BIO_new_ssl_connect(ctx);
	BIO_get_ssl(bio, &ssl);
	SSL_set_mode(ssl, SSL_MODE_AUTO_RETRY);
	SSL_set1_host(ssl, "localhost");
	BIO_set_conn_hostname(bio, where);
	if (BIO_do_connect(bio) <= 0) {
		ERR_print_errors_fp(stderr);
		return 1;
	}
	printf("%s, %s\n", SSL_get_version(ssl),
	       SSL_get_verify_result(ssl) == X509_V_OK ? "verified" : "not verified");
	BIO_write(bio, "abcdef\n", 7);
	n = BIO_read(bio, buf, sizeof(buf));
	printf("%.*s", n > 0 ? n : 0, buf);
	BIO_free_all(bio);
	return n <= 0;
}
