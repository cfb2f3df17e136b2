// Command posthorn sends webhooks for its operator's product and receives other people's.
package main

import (
	"context"
	"os"

	"github.com/posthorn/posthorn/internal/cli"
)

func main() { os.Exit(cli.Run(context.Background(), cli.Process())) }
